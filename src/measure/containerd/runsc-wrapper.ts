import { shellWord } from "../system/shell-word.js";

/**
 * A shell script that stands between the shim of runc and a runsc without a shim of its own. It gives runsc the options
 * it needs without KVM and in a network it does not own, and answers `kill` for a sandbox that is gone in the words the
 * shim of runc knows: without them StopPodSandbox would wait for ever.
 *
 * @param runsc the full path of the program
 */
export function runscWrapper(runsc: string): string {
  return `#!/bin/sh
runsc() { ${shellWord(runsc)} --platform=ptrace --network=host --ignore-cgroups "$@"; }
for word; do
  if [ "$word" = kill ]; then
    said=$(runsc "$@" 2>&1) && exit 0
    code=$?
    case $said in *"sandbox is not running"*) said="container not running" ;; esac
    printf '%s\\n' "$said" >&2
    exit $code
  fi
done
exec ${shellWord(runsc)} --platform=ptrace --network=host --ignore-cgroups "$@"
`;
}
