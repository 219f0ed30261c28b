#!/bin/sh
# Installs what the full test run needs in addition to Node, from Debian's own packages: the runtimes that are measured,
# Jupyter (old versions on purpose: what they can display, newer ones can, too), a browser, and the tools with whose results
# the tests compare ours. Run as root; safe to run again. Nothing is started.
set -eu

packages="
  git ca-certificates curl procps util-linux iproute2 patch binutils python3
  containerd runc crun runsc smem containernetworking-plugins busybox-static
  fio btrfs-progs
  jupyter-notebook jupyter-nbconvert jupyter-client python3-nbclient python3-ipykernel python3-jupyter-kernel-test
  chromium
  python3-pandas python3-scipy
"

missing=""
for p in $packages; do
  dpkg-query -W -f='${Status}' "$p" 2>/dev/null | grep -q 'install ok installed' || missing="$missing $p"
done
if [ -z "$missing" ]; then
  echo "setup-debian: everything is installed"
  exit 0
fi
echo "setup-debian: installing$missing"
export DEBIAN_FRONTEND=noninteractive
# services of the packages must not start by themselves: the tests start their own and stop them by pid
if [ ! -e /usr/sbin/policy-rc.d ]; then
  printf '#!/bin/sh\nexit 101\n' > /usr/sbin/policy-rc.d
  chmod +x /usr/sbin/policy-rc.d
  trap 'rm -f /usr/sbin/policy-rc.d' EXIT
fi
apt-get update -qq
# shellcheck disable=SC2086 # the list is meant to be split into words
apt-get install -y -qq --no-install-recommends $missing >/dev/null
