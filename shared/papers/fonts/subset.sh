#!/usr/bin/env bash
# Makes the fonts of this folder: those of Debian's package fonts-noto-core, reduced to what papers need. Run it in this
# folder to add a script or characters; it needs apt-get and python3.
set -euo pipefail

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
here=$PWD
(cd "$scratch" && apt-get download fonts-noto-core && dpkg-deb -x fonts-noto-core_*.deb .)
python3 -m venv "$scratch/venv"
"$scratch/venv/bin/pip" install --quiet 'fonttools==4.*'
noto=$scratch/usr/share/fonts/truetype/noto

subset() { # family, code points, layout features
    for weight in Regular Bold; do
        "$scratch/venv/bin/pyftsubset" "$noto/$1-$weight.ttf" --output-file="$here/$1-$weight.ttf" --unicodes="$2" \
            --layout-features="$3" --no-hinting --notdef-outline --name-IDs=0,1,2,3,4,5,6,13,14
    done
}

# Latin with the diacritics of transliteration, punctuation, the rupee, and what stands on parts: Ω, µ, °, №.
subset NotoSans 'U+0020-007E,U+00A0-017F,U+0300-0304,U+0307-030C,U+0323-0328,U+0331,U+03A9,U+03BC,U+1E00-1EFF,U+200B-200D,U+2010-2015,U+2018-201E,U+2020-2022,U+2026,U+2030,U+2032-2033,U+2039-203A,U+20AC,U+20B9,U+2116,U+2122,U+2126,U+25CC' kern,mark,mkmk,ccmp,locl

# A script's block, the space, the dandas, the joiners, the dotted circle; what is shaped unasked, no stylistic sets.
shaping=locl,ccmp,nukt,akhn,rphf,rkrf,pref,blwf,abvf,half,pstf,vatu,cjct,cfar,init,pres,abvs,blws,psts,haln,calt,clig,liga,rlig,rclt
placing=dist,abvm,blwm,kern,mark,mkmk
script() { subset "NotoSans$1" "U+0020,$2,U+0964-0965,U+200C-200D,U+25CC" "$shaping,$placing"; }
script Devanagari U+0900-097F
script Bengali U+0980-09FF
script Gurmukhi U+0A00-0A7F
script Gujarati U+0A80-0AFF
script Oriya U+0B00-0B7F
script Tamil U+0B80-0BFF
script Telugu U+0C00-0C7F
script Kannada U+0C80-0CFF
script Malayalam U+0D00-0D7F
