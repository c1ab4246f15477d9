package automationstack

/** The scripts that `sh` runs. They are constant: values are in the environment, where they need no quoting. */
class Scripts implements Serializable {

    private static final long serialVersionUID = 1L

    /**
     * Calls the runner where Jenkins cannot kill it, and waits for it. On an abort Jenkins kills the processes with a
     * step's cookie and their children, children first: Terraform's provider would end before the runner gets the signal.
     * So the runner is a child of a detached keeper without a cookie. Only the runner gets the signal, once.
     */
    static final String CALL = '''\
#!/bin/sh
place=$AUTOMATION_STACK_PLACE
case "${1:-}" in
runner)
    echo $$ >"$place/pid"
    exec node "$AUTOMATION_STACK_RUNNER"
    ;;
keeper)
    echo $$ >"$place/keeper"
    "$0" runner 8>&-
    code=$?
    rm -f "$place/outcome.part"
    {
        printf '{"exitCode":%s,"result":' "$code"
        cat "$place/result.json" 2>/dev/null || printf null
        printf ',"error":'
        cat "$place/error.json" 2>/dev/null || printf null
        printf '}'
    } >"$place/outcome.part" && mv -f "$place/outcome.part" "$place/outcome.json"
    echo "$code" >"$place/exit.part" && mv -f "$place/exit.part" "$place/exit"
    echo >&8
    exit
    ;;
esac
if [ -n "${AUTOMATION_STACK_DELIVERED:-}" ]; then
    version=$(node -p process.versions.node 2>/dev/null) || exit 127
    [ "${version%%.*}" -ge 20 ] || exit 126
    mv -f "$AUTOMATION_STACK_DELIVERED" "$AUTOMATION_STACK_RUNNER" || exit 125
fi
[ -e "$AUTOMATION_STACK_RUNNER" ] || exit 124
find "${place%/*}" -mindepth 1 -maxdepth 1 -mtime +7 -exec rm -rf {} + 2>/dev/null
mkdir -p "$place" && mkfifo "$place/end" && exec 8<>"$place/end" 7<"$place/end" || exit 125
forward() {
    trap '' TERM INT
    until [ -s "$place/pid" ] || [ -e "$place/exit" ]; do sleep 0.1; done
    kill -TERM "$(cat "$place/pid")" 2>/dev/null
}
trap forward TERM INT
(env -u JENKINS_NODE_COOKIE -u JENKINS_SERVER_COOKIE "$0" keeper 7<&- &)
(exec 8>&-; read -r line <&7) &
# From here on only the keeper holds the other end, so its death is noticed too.
exec 8>&-
wait $!
gone() { [ -s "$place/keeper" ] && ! kill -0 "$(cat "$place/keeper")" 2>/dev/null; }
until [ -s "$place/exit" ] || gone; do sleep 0.2; done
code=$(cat "$place/exit" 2>/dev/null)
exit "${code:-125}"
'''

    /** Waits for the end of a call that Jenkins has given up, and shows the runner's messages meanwhile. */
    static final String AWAIT = '''\
#!/bin/sh
place=$AUTOMATION_STACK_PLACE
show() {
    [ -e "$place/interruption.log" ] || return 0
    all=$(wc -l <"$place/interruption.log")
    [ "$all" -le "$shown" ] || tail -n +"$((shown + 1))" "$place/interruption.log"
    shown=$all
}
shown=0
show >/dev/null
while [ ! -s "$place/exit" ] && kill -0 "$(cat "$place/keeper")" 2>/dev/null; do
    sleep 1
    show
done
show
'''

}
