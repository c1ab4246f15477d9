"""What the local environment tells its EC2: one variable of `local up`, see runner/src/local/instanceHosts.ts."""

import json
import os
from dataclasses import dataclass


@dataclass(frozen=True)
class Settings:
    # Name of the environment: prefix and label of all that is made in the engine.
    name: str
    # Docker image that every machine image stands for.
    image: str
    # What `docker create` needs for systemd.
    arguments: list
    # Address of this machine in the network of the hosts.
    gateway: str
    # First and last address of instances.
    first: str
    last: str
    # Port at the gateway where the metadata service listens.
    metadata_port: int
    # The AWS API, as instances reach it.
    endpoint: str


SETTINGS = Settings(**json.loads(os.environ["AUTOMATION_STACK_LOCAL_EC2"]))
