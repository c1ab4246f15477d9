# Endpoints that belong to somebody else: only looked up, never changed.

data "aws_vpc_endpoint" "this" {
  for_each = { for key, endpoint in local.endpoints : key => endpoint if !local.create }

  id = var.existing["endpoints"][each.key]

  lifecycle {
    postcondition {
      condition     = self.vpc_id == var.vpc_id
      error_message = "existing: endpoints.${each.key} is ${self.id}, which is in ${self.vpc_id}, not in ${var.vpc_id}."
    }
    postcondition {
      condition     = self.service_name == each.value.service && lower(self.vpc_endpoint_type) == each.value.type
      error_message = "existing: endpoints.${each.key} is ${self.id}, of type ${self.vpc_endpoint_type} for ${self.service_name}, not ${each.value.type} for ${each.value.service}."
    }
  }
}

data "aws_security_group" "this" {
  for_each = !local.create && anytrue([for endpoint in local.endpoints : endpoint.type == "interface"]) ? { main = var.existing["security_group"]["id"] } : {}

  id = each.value

  lifecycle {
    postcondition {
      condition     = self.vpc_id == var.vpc_id
      error_message = "existing: security_group.id is ${self.id}, which is in ${self.vpc_id}, not in ${var.vpc_id}."
    }
  }
}
