#!/usr/bin/env bash
# Builds the module of Optie B and puts it, with the digest of what it was built from, beside the other assets.
#
# rustup's toolchain needs its target wasm32-unknown-unknown. Debian has all of it without rustup:
#   apt-get install --no-install-recommends rustc-web cargo-web rust-web-src lld-19
# and that is what is used where it is found. Whoever does not change the module needs none of this.
set -euo pipefail
cd "$(dirname "$0")/.."

target=${OPTIE_B_TARGET_DIR:-target/optie-b-wasm}
flags="-C link-arg=--max-memory=268435456 -C link-arg=-zstack-size=1048576 --remap-path-prefix=$PWD=. --remap-path-prefix=${CARGO_HOME:-$HOME/.cargo}=cargo"
build=(build --release --locked --package optie-b-wasm --target wasm32-unknown-unknown --target-dir "$target"
  --config 'profile.release.panic="abort"' --config 'profile.release.opt-level="s"' --config 'profile.release.lto="fat"'
  --config 'profile.release.codegen-units=1' --config 'profile.release.strip=true')
if [ -x /usr/bin/wasm-ld-19 ] && [ -x /usr/bin/cargo ]; then
  # Where something panicked is of no use in a browser, and names folders of whoever built it.
  PATH=/usr/bin:$PATH RUSTC=/usr/bin/rustc RUSTC_BOOTSTRAP=1 RUSTFLAGS="$flags -Zlocation-detail=none" \
    CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER=wasm-ld-19 \
    /usr/bin/cargo "${build[@]}" -Zbuild-std=std,panic_abort
else
  RUSTFLAGS="$flags" cargo "${build[@]}"
fi
install -m 644 "$target/wasm32-unknown-unknown/release/optie_b_wasm.wasm" templates/assets/optie-b.wasm
OPTIE_B_NOTE_SOURCE=1 cargo test --quiet --package optie-b-wasm --test module belongs_to_its_source
