"""Words of the page Latensi & Kepatuhan."""

WORDS: dict[str, tuple[str, str]] = {
    "n": ("n = {n} pengajuan", "n = {n} requests"),
    "n_since": ("{n} sejak {at}", "{n} since {at}"),
    "clock": ("Jam yang dipakai", "Clock"),
    "clock_help": (
        "Janji satu jam tidak menyebut sejak kapan. Bawaan: sejak diterima layanan sampai ditindak, dikurangi jeda.",
        "The promise says one hour and not from when. Default: from receipt by the service to its action, less stops.",
    ),
    "clock_note": (
        "Tunggakan, antrean dan lewat tenggat selalu memakai jam sejak diterima layanan.",
        "Backlog, queue and overdue always use the clock from receipt by the service.",
    ),
    "clock_other": (
        "Jam ini dihitung langsung dari baris, paling lama 31 hari.",
        "This clock is counted from the rows themselves, over at most 31 days.",
    ),
    "default_clock": ("jam sejak diterima layanan", "clock from receipt by the service"),
    "interval": ("95 %: {range}, n = {n}", "95 %: {range}, n = {n}"),
    "limits_median": ("separuh turun · 95 %: {range}", "half are down · 95 %: {range}"),
    "limits_p90": ("9 dari 10 turun · 95 %: {range}", "9 in 10 are down · 95 %: {range}"),
    "closed_na": ("pesan tertutup: n/a, bukan 0", "closed messaging: n/a, not 0"),
    "limit_open": ("di atas {time}", "above {time}"),
    "open_counted": ("n = {n}, {open} masih terbuka ikut dihitung", "n = {n}, {open} still open counted in"),
    "not_reached_median": ("separuh belum turun selama dipantau", "half is not down while watched"),
    "not_reached_p90": (
        "sembilan dari sepuluh belum turun selama dipantau",
        "nine in ten are not down while watched",
    ),
    "no_limits": ("selang 95 % tidak dapat dihitung", "no 95 % interval can be told"),
    "open_for": ("terbuka lebih dari 60 menit · {oldest}", "open for more than 60 minutes · {oldest}"),
    "open_undated": ("{open}, {n} tak terukur", "{open}, {n} not measurable"),
    "all_open": ("{n} terbuka", "{n} open"),
    "backlog_undated": (
        "{n} lagi terbuka tanpa waktu yang terukur, jadi tanpa umur",
        "{n} more are open without a measurable time, so without an age",
    ),
    "curves_note": (
        ("bagian yang masih tayang · pita: selang 95 % · yang masih terbuka disensor per {at} · putus-putus abu-abu: "
        "bukan penanda tangan"),
        "share still up · band: 95 % interval · open ones censored at {at} · dashed grey: not a signatory",
    ),
    "curves_drawn": (
        "digambar: layanan dengan n ≥ 20, paling banyak {k}; selebihnya di tabel",
        "drawn: services with n ≥ 20, at most {k}; the others are in the table",
    ),
    "curves_few": (
        "digambar: {k} layanan dengan pengajuan terbanyak, semuanya dengan n < 20",
        "drawn: the {k} services with most requests, all of them with n < 20",
    ),
    "lines_other_clock": (
        "Garis 60 menit, 4 jam dan 24 jam berlaku untuk jam sejak diterima; di sini hanya pembanding.",
        "The lines at 60 minutes, 4 and 24 hours hold on the clock from receipt; here they are for comparison only.",
    ),
    "curves_empty": (
        "Tidak ada pengajuan yang jamnya mulai dalam rentang dan saringan ini.",
        "No request's clock started in this window with these filters.",
    ),
    "risk_table": (
        "Semua layanan: median, p90, bagian turun ≤ 60 menit, dan n yang masih dipantau pada tiap waktu",
        "Every service: median, p90, share down ≤ 60 minutes, and n still watched at each time",
    ),
    "risk_note": (
        ("Semua layanan menurut Kaplan–Meier; p90: sembilan dari sepuluh turun; n di kanan: yang masih dipantau pada "
        "waktu itu; >: belum tercapai selama dipantau; *: bukan penanda tangan"),
        ("Every service by Kaplan–Meier; p90: nine in ten are down; n on the right: still watched at that time; "
        ">: not reached while watched; *: not a signatory"),
    ),
    "down_60": ("Turun ≤ 60 m", "Down ≤ 60 m"),
    "service": ("Layanan", "Service"),
    "requests": ("n", "n"),
    "median": ("Median", "Median"),
    "limits_95": ("Selang 95 %", "95 % interval"),
    "p90": ("p90", "p90"),
    "watched_at": ("n {time}", "n {time}"),
    "total": ("Seluruhnya", "All"),
    "scale": ("Skala waktu", "Time scale"),
    "log": ("logaritmik", "logarithmic"),
    "linear": ("linear", "linear"),
    "ordered": (
        "urut bagian: selang tidak tumpang tindih dan sumber temuan serupa",
        "in order of the share: intervals do not overlap and detection sources are alike",
    ),
    "not_ranked": ("urut abjad, tidak diperingkat: {why}", "alphabetical, not ranked: {why}"),
    "why_few": ("ada layanan dengan n < 20", "some services have n < 20"),
    "why_overlap": ("selang saling tumpang tindih", "intervals overlap"),
    "why_sources": ("sumber temuan berbeda", "detection sources differ"),
    "not_yet_due": ("{n} belum jatuh tempo", "{n} not yet due"),
    "left_out": (
        ("Dari {n} pengajuan: {due} jatuh tempo · {waiting} belum jatuh tempo · tidak masuk penyebut: {early} selesai "
        "sebelum tenggatnya lewat, {withdrawn} dicabut atau dihapus pengunggah sebelum jamnya habis, "
        "{bad} waktunya tidak terukur, {na} pesan tertutup"),
        ("Of {n} requests: {due} due · {waiting} not yet due · outside the denominator: {early} ended with the "
        "deadline still ahead, {withdrawn} withdrawn or deleted by the uploader before its hour was up, "
        "{bad} with unmeasurable times, {na} closed messaging"),
    ),
    "bad_rows": ("{n} waktu tidak terukur", "{n} unmeasurable times"),
    "endings_note": (
        ("n = {n} · stempel, penolakan dan pencabutan (termasuk dihapus pengunggah) bukan penurunan: masing-masing "
        "akhir sendiri (Aalen–Johansen)"),
        ("n = {n} · labels, rejections and withdrawals (deleted by the uploader among them) are not removals: each is "
        "an end of its own (Aalen–Johansen)"),
    ),
    "backlog_note": (
        "umur jam sejak diterima, dikurangi jeda, saat ini; apa pun rentangnya",
        "age on the clock from receipt, less stops, now; whatever the window",
    ),
    "backlog_then": (
        "umur jam sejak diterima, dikurangi jeda, per {at} seperti diketahui saat itu; apa pun rentangnya",
        "age on the clock from receipt, less stops, as of {at} as known then; whatever the window",
    ),
    "backlog_table": ("Tunggakan per layanan dan umur", "Backlog by service and age"),
    "queue": ("Antrean menuju 60 menit", "Countdown to 60 minutes"),
    "queue_note": (
        "jam sejak diterima layanan · berjalan sendiri · tenang sampai menit 45, kuning 45–60, merah sesudahnya",
        "clock from receipt by the service · ticks by itself · silent until minute 45, amber 45–60, red after",
    ),
    "queue_then": (
        "keadaan per {at}, seperti diketahui saat itu · waktu tidak berjalan di tautan tetap",
        "as of {at}, as known then · time does not run on a fixed link",
    ),
    "queue_empty": (
        "Tidak ada pengajuan terbuka yang jamnya masih di bawah 60 menit.",
        "No open request's clock is below 60 minutes.",
    ),
    "overdue": ("▲ {n} sudah lewat 60 menit", "▲ {n} already past 60 minutes"),
    "none_overdue": ("● tidak ada yang lewat 60 menit", "● none past 60 minutes"),
    "state": ("Keadaan", "State"),
    "left": ("Sisa", "Left"),
    "age": ("Umur", "Age"),
    "province": ("Wilayah", "Region"),
    "title": ("Konten", "Content"),
    "begun": ("Jam mulai", "Clock started"),
    "nearing": ("◆ menjelang", "◆ nearing"),
    "breached": ("▲ lewat tenggat", "▲ overdue"),
    "untitled": ("tanpa judul", "untitled"),
    "calm": ("● dalam tenggat", "● on time"),
    "stopped": ("‖ jam dihentikan", "‖ clock stopped"),
    "unlocated": ("tanpa wilayah", "no region"),
    "trend_note": (
        ("n = {n} jatuh tempo · kohort menurut mulai jam, bukan menurut selesainya · pita: Wilson 95 % · titik kosong: "
        "n < 20 · bidang terang: tenggatnya belum habis, masih berubah"),
        ("n = {n} due · cohorts by the start of the clock, not by completion · band: Wilson 95 % · hollow: n < 20 · "
        "shaded: deadline not yet over, still changing"),
    ),
    "errors": (
        "Kekeliruan, ditampilkan sebesar penurunan",
        "Errors, shown as large as removals",
    ),
    "errors_part": ("{upheld} dikabulkan · {dismissed} ditolak · {open} terbuka",
                    "{upheld} upheld · {dismissed} dismissed · {open} open"),
    "reinstated": ("{n} konten dipulihkan", "{n} content items reinstated"),
    "oldest_days": ("tertua {age}", "oldest {age}"),
    "none_waiting": ("● semua sudah dijawab", "● all answered"),
    "back": ("{range} · {k} dari {n} penurunan", "{range} · {k} of {n} removals"),
    "back_30": ("≤ 30 hari: {share} ({range}, n = {n})", "within 30 days: {share} ({range}, n = {n})"),
    "back_none": ("belum ada penurunan yang cukup lama", "no removal is old enough yet"),
    "removed_between": ("diturunkan {window}", "removed {window}"),
    "rows_appeals": ("{n} keberatan", "{n} appeals"),
    "last_90": ("90 hari", "90 days"),
    "deadline": ("Tenggat", "Deadline"),
    "line_promise": ("60 m · janji", "60 m · promise"),
    "line_urgent": ("4 j · mendesak", "4 h · urgent"),
    "line_hoax": ("24 j · hoaks", "24 h · hoaxes"),
    "cohort": ("Kohort menurut mulai jam", "Cohort by start of the clock"),
    "cohort_auto": ("otomatis", "automatic"),
    "cohort_jam": ("jam", "hour"), "cohort_hari": ("hari", "day"), "cohort_pekan": ("pekan", "week"),
    "lines_table": (
        "Tiap tenggat untuk golongannya: jatuh tempo = tepat waktu + lewat terbuka + turun terlambat + akhir lain",
        "Each deadline for its own class: due = in time + late and open + removed late + other ends",
    ),
    "holds": ("Berlaku", "Holds"),
    "due": ("Jatuh tempo", "Due"),
    "met": ("Bagian tepat waktu", "Share in time"),
    "met_within": ("tepat waktu", "in time"), "met_open_late": ("lewat, terbuka", "late, open"),
    "met_removed_late": ("turun terlambat", "removed late"), "met_ended_otherwise": ("akhir lain", "other ends"),
    "met_not_yet_due": ("belum jatuh tempo", "not yet due"),
    "closed": ("Pesan tertutup: dari laporan ke klarifikasi", "Closed messaging: from report to clarification"),
    "closed_note": (
        ("WhatsApp, LINE dan sejenisnya: tidak ada penurunan oleh platform, jadi latensinya n/a, bukan 0 · yang belum "
        "diklarifikasi ikut dihitung (Kaplan–Meier) · Telegram tertutup tidak dibedakan dari yang terbuka"),
        ("WhatsApp, LINE and the like: no platform takes content down there, so latency is n/a, not 0 · those not yet "
        "clarified are counted in (Kaplan–Meier) · private Telegram is not told apart from public"),
    ),
    "closed_bound": ("Dihitung paling lama 7 hari: sejak {at}.", "Counted over at most 7 days: since {at}."),
    "closed_reports": ("Laporan", "Reports"), "closed_clarified": ("diklarifikasi", "clarified"),
    "closed_already": ("sudah sebelumnya", "before the report"),
    "closed_waiting": ("menunggu", "waiting"),
    "closed_median": ("Median", "Median"), "closed_p90": ("p90", "p90"),
    "closed_latency": ("Latensi", "Latency"),
    "bad_negative": ("{n} negatif", "{n} negative"),
    "bad_without_end": ("{n} tanpa waktu selesai", "{n} without an end"),
    "bad_day_only": ("{n} hanya tanggal", "{n} with a date only"),
    "bad_without_start": ("{n} tanpa waktu mulai", "{n} without a start"),
    "bad_future": ("{n} di masa depan", "{n} in the future"),
    "bad_kinds": (
        "Waktu yang tidak terukur{since}: {what}. Disimpan dan dihitung di sini, tidak masuk angka mana pun.",
        "Times that measure nothing{since}: {what}. Kept and counted here, left out of every figure.",
    ),
    "bad_since": (", yang dirinci sejak {at}", ", by kind since {at}"),
    "as_known": ("seperti diketahui saat itu", "as known then"),
}  # fmt: skip
