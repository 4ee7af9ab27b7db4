# SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
# shellcheck shell=bash
# Debian packages by purpose; sourced by quickstart and test.

# shellcheck disable=SC2034 # read by the scripts that source this
BUILD_PACKAGES=(gcc libc6-dev meson ninja-build pkg-config binutils libelf-dev zlib1g-dev python3)
# To compile BPF programs: any clang from 14 on; 19 is what the tests expect most from.
BPF_PACKAGES=(clang-19 libbpf-dev linux-libc-dev)
# shellcheck disable=SC2034
TEST_PACKAGES=(check g++ clang-14 libclang-rt-14-dev libclang-rt-19-dev llvm-19 gcc-bpf bpftool
	xdp-tools libxdp-dev libbpf-tools valgrind shellcheck pyflakes3 iproute2 groff-base
	"${BPF_PACKAGES[@]}")

as_root() {
	if [ "$(id -u)" = 0 ]; then
		"$@"
	elif command -v sudo >/dev/null; then
		sudo "$@"
	else
		echo "this needs root or sudo: $*" >&2
		return 1
	fi
}

# Install those of the named packages that are missing.
need_packages() {
	local missing=() p
	for p; do
		dpkg-query -W -f '${db:Status-Status}\n' "$p" 2>/dev/null | grep -qx installed ||
			missing+=("$p")
	done
	[ ${#missing[@]} = 0 ] && return 0
	echo "installing ${missing[*]}"
	as_root apt-get -qq update
	as_root env DEBIAN_FRONTEND=noninteractive \
		apt-get -qq -y --no-install-recommends install "${missing[@]}" >/dev/null
}
