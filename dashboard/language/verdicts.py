"""Words of the answer at the top of Latensi & Kepatuhan."""

WORDS: dict[str, tuple[str, str]] = {
    "none": (
        "Belum ada pengajuan yang jatuh tempo dalam rentang dan saringan ini.",
        "No request has become due in this window with these filters.",
    ),
    "share": (
        "{k} dari {n} pengajuan ({share}) turun dalam satu jam. Kita yakin 95 %: {range}.",
        "{k} of {n} requests ({share}) came down within an hour. We are 95 % sure of {range}.",
    ),
    "half": (
        "Separuh turun dalam **{time}**; {open} yang masih terbuka ikut dihitung.",
        "Half came down within **{time}**; {open} still open are counted in.",
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
        "Hampir pasti kurang dari separuh turun dalam satu jam di: {names}.",
        "Almost surely less than half came down within an hour on: {names}.",
    ),
    "none_slow": (
        "Tidak ada layanan dengan n ≥ 20 yang hampir pasti di bawah separuh dalam satu jam.",
        "No service with n ≥ 20 is almost surely below half within an hour.",
    ),
    "and_more": (" dan {n} lagi", " and {n} more"),
    "unranked": (
        "Siapa paling lambat **tidak dapat dikatakan**: {why}.",
        "Who is slowest **cannot be said**: {why}.",
    ),
    "slowest": ("Paling lambat: {name}.", "Slowest: {name}."),
}  # fmt: skip
