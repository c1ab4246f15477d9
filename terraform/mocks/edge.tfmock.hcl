# What AWS would answer about what stands before a load balancer.

mock_data "aws_ec2_managed_prefix_list" {
  defaults = {
    id   = "pl-0f0e0d0c0b0a09080"
    name = "com.amazonaws.global.cloudfront.origin-facing"
  }
}
