"""Words of the answer at the top of Latensi & Kepatuhan."""

WORDS: dict[str, tuple[str, str]] = {
    "none": (
        "Belum ada pengajuan yang jatuh tempo dalam rentang dan saringan ini.",
        "No request has become due in this window with these filters.",
    ),
    "closed": (
        "Pesan tertutup: tak ada penurunan oleh platform, jadi latensinya n/a; di bawah: dari laporan ke klarifikasi.",
        "Closed messaging: no platform takes content down, so latency is n/a; below: from report to clarification.",
    ),
    "share": (
        "{k} dari {n} pengajuan jatuh tempo ({share}) turun dalam satu jam; kita yakin 95\N{NO-BREAK SPACE}%: {range}",
        "{k} of {n} due requests ({share}) came down within an hour; we are 95\N{NO-BREAK SPACE}% sure of {range}",
    ),
    "hour": (
        ("“Dalam satu jam” di sini: turun paling lama 60 menit pada {clock}; selama jamnya dihentikan, waktu tidak "
        "dihitung."),
        "“Within an hour” here: down at most 60 minutes on the {clock}; while the clock is stopped, no time counts.",
    ),
    "promise": (
        "60 menit adalah janji sukarela penanda tangan.",
        "60 minutes is a voluntary promise of the signatories.",
    ),
    "rules": ("Yang mengikat: {rules}.", "What binds: {rules}."),
    "signed": (
        "Penanda tangan saja: {share}. Bukan penanda tangan ({names}), yang tidak ikut berjanji: {others}.",
        "Signatories alone: {share}. Not signatories ({names}), who gave no promise: {others}.",
    ),
    "none_signed": (
        "{names}: bukan penanda tangan, jadi tidak ikut berjanji.",
        "{names}: not a signatory, so no promise was given.",
    ),
    "not_signed": ("bukan penanda tangan", "not a signatory"),
    "half": (
        ("Separuh turun dalam **{time}**: {open} yang masih terbuka ikut dihitung, yang berakhir lain keluar dari "
        "pantauan."),
        ("Half came down within **{time}**: {open} still open are counted in, those that ended otherwise leave the "
        "watch."),
    ),
    "not_half": (
        "Separuh **belum turun** selama dipantau, yaitu {time}; {open} masih terbuka.",
        "Half has **not come down** in the {time} it was watched; {open} are still open.",
    ),
    "few": (
        "n = {n}: terlalu sedikit untuk dinilai; tidak ada layanan yang diperingkat.",
        "n = {n}: too few to judge; no service is ranked.",
    ),
    "slow": (
        "**Lambat**, hampir pasti kurang dari separuh turun dalam satu jam: {names}.",
        "**Slow**, almost surely less than half came down within an hour: {names}.",
    ),
    "quick": (
        "**Cepat**, hampir pasti lebih dari separuh turun dalam satu jam: {names}.",
        "**Quick**, almost surely more than half came down within an hour: {names}.",
    ),
    "unsure": (
        "**Belum pasti**, bisa kurang dan bisa lebih dari separuh: {names}.",
        "**Not sure**, could be less and could be more than half: {names}.",
    ),
    "too_few": (
        "**Terlalu sedikit untuk dinilai** (n < 20): {names}.",
        "**Too few to judge** (n < 20): {names}.",
    ),
    "unranked": (
        "Siapa paling lambat **tidak dapat dikatakan**: {why}.",
        "Who is slowest **cannot be said**: {why}.",
    ),
    "slowest": ("Paling lambat: {name}.", "Slowest: {name}."),
}  # fmt: skip
