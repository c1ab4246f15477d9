# One page: the state of all alarms, and a graph of what each watches, with its limit.

locals {
  graphs = concat(
    [
      for key, it in var.load_balancers : {
        title      = "Requests to load balancer ${key}", namespace = "AWS/ApplicationELB", metric = "RequestCount", statistic = "Sum", period = 60
        dimensions = { LoadBalancer = it.arn_suffix }, limits = []
      }
    ],
    [
      for key, it in local.all_alarms : {
        title      = key, namespace = it.namespace, metric = it.metric, statistic = it.statistic, period = it.period
        dimensions = it.dimensions, limits = [{ label = "alarm", value = it.threshold }]
      }
    ],
  )
}

resource "aws_cloudwatch_dashboard" "this" {
  for_each = local.create && var.dashboard ? { main = var.name } : {}

  dashboard_name = each.value
  # Without places: CloudWatch puts them beside each other.
  dashboard_body = jsonencode({
    widgets = concat(
      [
        for arns in [sort([for alarm in aws_cloudwatch_metric_alarm.this : alarm.arn])] : {
          type       = "alarm"
          width      = 24
          height     = 3
          properties = { title = "Alarms of ${each.value}", alarms = arns }
        } if length(arns) > 0
      ],
      [
        for graph in local.graphs : {
          type   = "metric"
          width  = 8
          height = 6
          properties = {
            for property, value in {
              title   = graph.title
              region  = local.region
              view    = "timeSeries"
              metrics = [concat([graph.namespace, graph.metric], flatten([for name in sort(keys(graph.dimensions)) : [name, graph.dimensions[name]]]))]
              stat    = graph.statistic
              period  = graph.period
              # What has no limit has none drawn: an empty list of them is no annotation.
              annotations = { horizontal = graph.limits }
            } : property => value if property != "annotations" || length(graph.limits) > 0
          }
        }
      ],
      [
        for key, group in local.log_groups : {
          type   = "log"
          width  = 24
          height = 6
          properties = {
            title  = "Newest lines of ${key}"
            region = local.region
            view   = "table"
            query  = "SOURCE '${group.name}' | fields @timestamp, @logStream, @message | sort @timestamp desc | limit 50"
          }
        }
      ],
    )
  })
}
