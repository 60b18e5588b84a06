#!/bin/sh
# The browser that the journeys drive, and a font that has Chinese characters.
set -eu
if command -v chromium >/dev/null 2>&1 && { ! command -v fc-list >/dev/null 2>&1 || fc-list :lang=zh-cn | grep -q .; }; then
  exit 0
fi
sudo=""; [ "$(id -u)" = 0 ] || sudo="sudo -n"
if command -v apt-get >/dev/null 2>&1 && $sudo apt-get update -qq &&
  $sudo apt-get install -y -qq --no-install-recommends chromium fonts-noto-cjk fontconfig >/dev/null; then
  exit 0
fi
echo "浏览器测试需要 chromium 和中文字体，请先安装。/ The browser tests need chromium and a Chinese font: install them first." >&2
exit 3
