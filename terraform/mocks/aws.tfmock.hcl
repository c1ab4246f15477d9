# What AWS would answer, for the modules' tests: values of the right form where Terraform's own mocks are random text, so that
# the real provider accepts them too where it stands behind the mock.

mock_resource "aws_ecr_repository" {
  defaults = {
    arn            = "arn:aws:ecr:eu-west-1:111111111111:repository/made"
    registry_id    = "111111111111"
    repository_url = "111111111111.dkr.ecr.eu-west-1.amazonaws.com/made"
  }
}

mock_data "aws_ecr_repository" {
  defaults = {
    arn            = "arn:aws:ecr:eu-west-1:111111111111:repository/found"
    registry_id    = "111111111111"
    repository_url = "111111111111.dkr.ecr.eu-west-1.amazonaws.com/found"
  }
}
