variable "name" {
  description = "Name of the bucket."
  type        = string
  nullable    = false
}

variable "force_destroy" {
  description = "Whether what is in the bucket goes with it."
  type        = bool
  nullable    = false
}

variable "object_lock" {
  description = "Whether objects can be locked."
  type        = bool
  default     = false
  nullable    = false
}

variable "encryption" {
  description = "What encrypts the objects: `s3`, S3's own keys; with any other word the key of `kms_key_arn`. It is known before a key is made."
  type        = string
  default     = "s3"
  nullable    = false
}

variable "kms_key_arn" {
  description = "ARN of the key of KMS; not where `encryption` is `s3`."
  type        = string
  default     = null
}

variable "old_versions" {
  description = "An old version of an object goes after `days`, but the newest `keep` of them stay where it is said."
  type = object({
    days = number
    keep = optional(number)
  })
  nullable = false
}

variable "expiring" {
  description = "Objects that go by themselves, by key: below which `prefix`, and after how many `days`."
  type = map(object({
    prefix = string
    days   = number
  }))
  default  = {}
  nullable = false
}

variable "access_logs" {
  description = "Where S3 writes who did what: a `bucket`, and a `prefix` (else the name of this bucket). None where it is null."
  type = object({
    bucket = string
    prefix = optional(string)
  })
  default = null
}

variable "deletion_protection" {
  description = "Whether `guards` forbids everybody to delete the bucket."
  type        = bool
  nullable    = false
}

variable "tags" {
  description = "Tags of the bucket."
  type        = map(string)
  default     = {}
  nullable    = false
}
