"""How an action of EC2 is answered: refusals in AWS's words, dry runs, and faults on purpose."""

import functools
from xml.sax.saxutils import escape

from ministack.services import ec2

from ec2_local import faults


class Refused(Exception):
    """AWS's refusal of a call."""

    def __init__(self, code, message, status=400):
        super().__init__(message)
        self.code, self.message, self.status = code, message, status


def answering(name, handler):
    """An action that answers refusals as AWS does; a fault that was asked for comes first."""

    @functools.wraps(handler)
    def action(p):
        try:
            fault = faults.take(name)
            if fault is not None:
                raise Refused(*fault)
            return handler(p)
        except Refused as refused:
            return ec2._error(refused.code, escape(refused.message), refused.status)

    return action


def dry_run(p):
    """Ends a dry run here: after all checks, before the first change."""
    if ec2._p(p, "DryRun").lower() == "true":
        raise Refused("DryRunOperation", "Request would have succeeded, but DryRun flag is set.", 412)


def never_in_a_dry_run(handler):
    """For actions of the emulator, which knows no dry runs."""

    @functools.wraps(handler)
    def action(p):
        dry_run(p)
        return handler(p)

    return action


def is_true(p, key):
    return ec2._p(p, key).lower() == "true"
