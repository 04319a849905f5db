"""The log on a Kafka broker: the same port as the embedded one, `shared.log.base.Log`, over topics instead of a file.

    partition   which home-partition a home lies in
    connection  how the broker is reached
    diagnosis   what is wrong where it is not
    topics      what each topic has to be; made, checked and sealed
    importing   a history into empty topics, with its own times
    records     from the broker's records to ours: ids, stamps, ticks
    merge       the order of a home-partition's topics, and how far they are complete (pure)
    belief      whether a present is believed (pure)
    reader      one consumer without a group, for several home-partitions
    cursor      the port's `read` over a reader
    lookup      one home's records, found by an index
    sending     one step over several topics, ended in time
    producer    durable sends
    log         `KafkaLog`: what callers meet
    ticks       what the door writes so that time goes on
    deciding    what the door lets in
    doorlog     the log as the door uses it

Nothing here knows what a fact means, and no consumer group is ever joined here: who owns what is decided elsewhere.
"""
