"""A target group of addresses, by AWS's API: `make` it, print its `members`, or print them and `remove` it."""
import sys

import botocore.session

client = botocore.session.get_session().create_client("elbv2")
found = [group for group in client.describe_target_groups()["TargetGroups"] if group["TargetGroupName"] == "molecule"]
if sys.argv[1] == "make":
    if not found:
        client.create_target_group(Name="molecule", Protocol="HTTP", Port=80, VpcId="vpc-00000001", TargetType="ip")
        print("made")
else:
    for member in client.describe_target_health(TargetGroupArn=found[0]["TargetGroupArn"])["TargetHealthDescriptions"]:
        print(member["Target"]["Id"], member["TargetHealth"]["State"])
    if sys.argv[1] == "remove":
        client.delete_target_group(TargetGroupArn=found[0]["TargetGroupArn"])
