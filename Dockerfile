# One image for all: the gateway, workers, one-shot steps and commands, and the embedded form. Built from what is locked;
# its second stage has neither uv nor pip nor a compiler. Nothing of it needs to be written to while it runs.
#   docker build -t wakeful:0.1.0 .

FROM python:3.11-slim-trixie AS build
ENV UV_PROJECT_ENVIRONMENT=/opt/wakeful \
    UV_COMPILE_BYTECODE=1 \
    UV_LINK_MODE=copy \
    UV_PYTHON_DOWNLOADS=never
RUN pip install --no-cache-dir --disable-pip-version-check --root-user-action=ignore uv==0.13.9
WORKDIR /src
# What it stands on changes rarely, and is a layer of its own.
COPY pyproject.toml uv.lock ./
RUN --mount=type=cache,target=/root/.cache/uv \
    uv sync --locked --no-dev --extra kafka --no-install-project
COPY LICENSE README.md ./
COPY wakeful ./wakeful
COPY services ./services
COPY shared ./shared
RUN --mount=type=cache,target=/root/.cache/uv \
    uv sync --locked --no-dev --extra kafka --no-editable

FROM python:3.11-slim-trixie
# The number is fixed, so that volumes and secrets can be given to it. Any other may run it as well: nothing in the image
# belongs to its user but an empty data folder.
RUN python -m pip uninstall --yes --quiet --root-user-action=ignore setuptools wheel pip \
    && groupadd --gid 10001 wakeful \
    && useradd --uid 10001 --gid 10001 --no-create-home --home-dir /var/lib/wakeful --shell /usr/sbin/nologin wakeful \
    && install -d -o 10001 -g 10001 -m 0755 /var/lib/wakeful \
    && install -d -m 1777 /var/lib/wakeful-scrape
COPY --from=build /opt/wakeful /opt/wakeful
ENV PATH=/opt/wakeful/bin:$PATH \
    HOME=/var/lib/wakeful \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    WAKEFUL_HOST=0.0.0.0 \
    WAKEFUL_DATA=/var/lib/wakeful
WORKDIR /var/lib/wakeful
USER 10001:10001
EXPOSE 8000
STOPSIGNAL SIGTERM
ENTRYPOINT ["wakeful"]
CMD ["--help"]
