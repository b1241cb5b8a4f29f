"""Words of what a fixed link knew beside what is known now."""

WORDS: dict[str, tuple[str, str]] = {
    "known_before": ("Seperti diketahui pada …", "As known at …"),
    "known_help": (
        ("Halaman ini seperti yang ditampilkan pada saat itu, dari catatan yang sudah masuk; di sampingnya, angka yang "
        "diketahui kini."),
        "This page as it stood at that moment, from what had been recorded by then; beside it, what is known now.",
    ),
    "known_day": ("Tanggal", "Day"),
    "known_hour": ("Pukul (WIB)", "Time (WIB)"),
    "known_show": ("Tampilkan", "Show"),
    "beside": (
        "Turun dalam 60 menit: {then} seperti diketahui {at}; {now} seperti diketahui kini",
        "Removed within 60 minutes: {then} as known at {at}; {now} as known now",
    ),
    "beside_note": (
        ("pengajuan yang sama di kedua sisi: jamnya mulai dalam rentang ini sebelum saat itu · saat itu: dari catatan "
        "yang sudah masuk; kini: dari semua catatan · *: bukan penanda tangan"),
        ("the same requests on both sides: their clock started in this window by that moment · then: from what was "
        "recorded by it; now: from all that is recorded · *: not a signatory"),
    ),
    "beside_bound": ("Dibandingkan paling lama 31 hari: sejak {at}.", "Compared over at most 31 days: since {at}."),
    "beside_table": ("Angka seperti diketahui saat itu dan kini", "Figures as known then and now"),
    "n_then": ("n saat itu", "n then"), "n_now": ("n kini", "n now"),
    "share_then": ("≤ 60 m saat itu", "≤ 60 m then"), "share_now": ("≤ 60 m kini", "≤ 60 m now"),
    "median_then": ("median saat itu", "median then"), "median_now": ("median kini", "median now"),
    "p90_then": ("p90 saat itu", "p90 then"), "p90_now": ("p90 kini", "p90 now"),
    "open_then": ("terbuka saat itu", "open then"), "open_now": ("terbuka kini", "open now"),
    "difference": ("Selisihnya: {what}.", "The difference: {what}."),
    "no_difference": ("Tidak ada yang berubah sejak saat itu.", "Nothing has changed since."),
    "came_late": ("{n} datang terlambat", "{n} came late"),
    "moved": (
        "{n} jamnya kini mulai di sisi lain batas rentang",
        "{n} whose clock now starts on the other side of the edge of the window",
    ),
    "ended_since": ("{n} berakhir sesudahnya", "{n} ended since"),
    "told_late": ("{n} sudah berakhir, baru dilaporkan sesudahnya", "{n} had ended, told only later"),
    "corrected": ("{n} diralat", "{n} corrected"),
    "due_since": ("{n} waktu itu belum jatuh tempo", "{n} were not yet due then"),
    "kind_came_late": ("datang terlambat", "came late"),
    "kind_moved": ("jam mulainya pindah", "clock start moved"),
    "kind_ended_since": ("berakhir sesudahnya", "ended since"),
    "kind_told_late": ("terlambat dilaporkan", "told late"),
    "kind_corrected": ("diralat", "corrected"),
    "changed_table": ("Pengajuan yang membuat selisih", "Requests that make the difference"),
    "item": ("Butir", "Item"),
    "why_changed": ("Sebab", "Why"),
    "known_then": ("Diketahui saat itu", "Known then"), "known_now": ("Diketahui kini", "Known now"),
    "unknown_then": ("belum tercatat", "not yet recorded"),
    "told_at": ("Terakhir dicatat", "Last told"),
}  # fmt: skip
