"""The ways in which a person is reached, one module each. Which of them is tried, and when, is the engine's to say."""
