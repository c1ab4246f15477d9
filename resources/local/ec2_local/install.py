"""Puts the local EC2 in place of the emulator's records."""

from ministack import app
from ministack.services import ec2

from ec2_local import attributes, faults, filters, hosts, images, instances, keys, launch, metadata, named
from ec2_local import run_command, scaling_actions, states
from ec2_local.answers import answering, never_in_a_dry_run

ACTIONS = {
    "RunInstances": launch.run_instances,
    "StartInstances": instances.start_instances,
    "StopInstances": instances.stop_instances,
    "RebootInstances": instances.reboot_instances,
    "TerminateInstances": instances.terminate_instances,
    "DescribeInstances": instances.describe_instances,
    "DescribeInstanceStatus": instances.describe_instance_status,
    "GetConsoleOutput": instances.get_console_output,
    "DescribeInstanceAttribute": attributes.describe_instance_attribute,
    "ModifyInstanceAttribute": attributes.modify_instance_attribute,
    "ModifyInstanceMetadataOptions": attributes.modify_instance_metadata_options,
    "CreateKeyPair": keys.create_key_pair,
    "ImportKeyPair": keys.import_key_pair,
    "DeleteKeyPair": keys.delete_key_pair,
    "DescribeKeyPairs": keys.describe_key_pairs,
    "DescribeImages": images.describe_images,
    "CreateImage": images.create_image,
    "DeregisterImage": images.deregister_image,
    "CreateTags": never_in_a_dry_run(named.refusing_unknown(ec2._create_tags)),
    "DeleteTags": never_in_a_dry_run(named.refusing_unknown(ec2._delete_tags)),
}
# Those that wait for the engine or for hosts: no other call waits for them.
SLOW = {"GetConsoleOutput", "DescribeInstanceStatus"}


def install(is_healthy):
    """To be called once, before the emulator serves; `is_healthy` asks a target of a group its health check."""
    hosts.sweep()
    images.add_debian()
    for name, handler in ec2._ACTION_MAP.items():
        if name not in ACTIONS:
            ec2._ACTION_MAP[name] = answering(name, never_in_a_dry_run(handler))
    for name, handler in ACTIONS.items():
        ec2._ACTION_MAP[name] = answering(name, handler)
    ec2._launch_instances_internal = launch.launch_internal
    ec2._instance_xml = instances.instance_xml(ec2._instance_xml)
    ec2._matches_filters = filters.matches_instance
    ec2._DOCKER_ACTIONS = SLOW
    ec2._docker_touched = lambda: True
    # The emulator's own containers for images are not used.
    ec2._vm_reconcile_running = lambda _: None
    ec2._vm_sweep_containers = hosts.sweep
    ec2.instance_is_managed = run_command.is_managed
    ec2.exec_in_instance_blocking = run_command.run_blocking
    run_command.install()
    app.app = faults.with_faults(app.app)
    scaling_actions.install(is_healthy)
    metadata.serve()
    states.watch()
