import { shellWord } from "../system/shell-word.js";

/**
 * Returns a shell script that runc's shim calls in place of runsc, on a machine without gVisor's own shim.
 *
 * - It gives runsc the options that it needs without KVM and in a network that it does not own.
 * - If a sandbox or container no longer exists, it answers `kill` with the message that runc's shim expects. Otherwise
 *   StopPodSandbox would wait forever.
 * - runsc gives a sandbox's second container the standard streams of `runsc start`, which the shim reads to their end. So
 *   `create` leaves a process that holds the container's streams, `start` writes to those, and `kill` and `delete` end
 *   that process, so that the shim notices the container's end. It does not notice a container that exits by itself.
 *
 * @param runsc the full path of the program
 */
export function runscWrapper(runsc: string): string {
  return `#!/bin/sh
runsc() { ${shellWord(runsc)} --platform=ptrace --network=host --ignore-cgroups "$@"; }
command= root= bundle= pidfile= before= last=
for word; do
  case $last in --root) root=$word ;; --bundle) bundle=$word ;; --pid-file) pidfile=$word ;; esac
  case $word in create | start | kill | delete) command=\${command:-$word} ;; esac
  before=$last last=$word
done
end_holder() {
  read -r holder 2>/dev/null <"$1" || return 0
  rm -f "$1"
  kill -9 "$holder" 2>/dev/null || true
}
case $command in
create)
  if grep -q '"io.kubernetes.cri.container-type":"container"' "$bundle/config.json" 2>/dev/null; then
    runsc "$@" || exit $?
    sleep infinity &
    printf '%s' $! >"$pidfile"
    printf '%s\\n' $! >"$root/$last.holder"
    exit 0
  fi
  ;;
start)
  if read -r holder 2>/dev/null <"$root/$last.holder"; then
    runsc "$@" >>"/proc/$holder/fd/1" 2>>"/proc/$holder/fd/2"
    exit $?
  fi
  ;;
kill)
  said=$(runsc "$@" 2>&1)
  code=$?
  case $last in 9 | KILL | SIGKILL) end_holder "$root/$before.holder" ;; esac
  [ $code = 0 ] && exit 0
  case $said in *"sandbox is not running"* | *"cannot signal container"*) said="container not running" ;; esac
  printf '%s\\n' "$said" >&2
  exit $code
  ;;
delete) end_holder "$root/$last.holder" ;;
esac
exec ${shellWord(runsc)} --platform=ptrace --network=host --ignore-cgroups "$@"
`;
}
