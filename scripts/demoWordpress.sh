# shellcheck shell=bash
# Sourced by demo.sh: WordPress from an empty machine to a release that was rolled back.
