# What AWS would answer about automations, the parameters they write, and the rules that start them.

# It works with the role that compute.tfmock.hcl finds and writes to one parameter: a test that wants another says so.
mock_data "aws_ssm_document" {
  defaults = {
    document_type = "Automation"
    content       = "{\"schemaVersion\":\"0.3\",\"assumeRole\":\"arn:aws:iam::111111111111:role/found\",\"mainSteps\":[{\"name\":\"publish_image\",\"inputs\":{\"Name\":\"/found/web\"}}]}"
  }
}

mock_resource "aws_ssm_parameter" {
  defaults = {
    id  = "/made/images/web"
    arn = "arn:aws:ssm:eu-west-1:111111111111:parameter/made/images/web"
  }
}

mock_resource "aws_cloudwatch_event_rule" {
  defaults = {
    arn = "arn:aws:events:eu-west-1:111111111111:rule/made"
  }
}
