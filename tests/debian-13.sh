#!/bin/sh
# `make check-313`: `make test` on Debian 13's Python 3.13, the functions' default runtime, with every deprecation an
# error, and `make build`, in a root folder of its own made from Debian's packages. Needs Linux, root and debootstrap.
#   sh tests/debian-13.sh FOLDER      keeps the root there: the next run only brings the project's files up to date
set -eu
root=$1
if ! test -e "$root/made"; then
    echo "Making a Debian 13 in $root (three minutes, 1 GB) ..."
    debootstrap --variant=minbase trixie "$root" >"$root.log" 2>&1 || { tail "$root.log" >&2; exit 1; }
    DEBIAN_FRONTEND=noninteractive chroot "$root" apt-get install -y -qq --no-install-recommends \
        ca-certificates chromium make procps python3-venv >>"$root.log" 2>&1 || { tail "$root.log" >&2; exit 1; }
    touch "$root/made"
fi

# The names and certificates of this machine, which may be behind a proxy.
cp -L /etc/hosts /etc/resolv.conf "$root/etc/"
test ! -e /etc/ssl/certs/ca-certificates.crt || cp -L /etc/ssl/certs/ca-certificates.crt "$root/etc/ssl/certs/"
# The files that git knows, as they are now; what `make` installed in there stays.
mkdir -p "$root/project"
find "$root/project" -mindepth 1 -maxdepth 1 ! -name .venv ! -name .local -exec rm -r {} +
git ls-files -z | tar --create --null --files-from=- | tar --extract --directory "$root/project"

# Its mounts and processes end with it. The build has no errors of that kind: sam itself uses what is deprecated.
exec unshare --mount --pid --fork --kill-child sh -c '
    mount --rbind /dev "$1/dev" && mount -t proc proc "$1/proc" &&
    exec chroot "$1" /usr/bin/env --unset=VIRTUAL_ENV --unset=PYTHONPATH HOME=/root PATH=/usr/sbin:/usr/bin LANG=C.UTF-8 \
        sh -c "cd /project && PYTHONWARNINGS=error::DeprecationWarning,error::PendingDeprecationWarning make test &&
            make build"
' sh "$root"
