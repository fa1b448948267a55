# Static functions whose name stands for two things in one room: awk -f statics.awk FILES…
# Sanitizers compile the files of a room as one. Files that are compiled alone (COMPILED_ALONE in CMakeLists.txt) are left
# out by whoever calls this.
FNR == 1 {
    room = FILENAME
    sub("/[^/]*$", "", room)
}

/^static [^=;]*\(/ {
    name = $0
    sub(/\(.*/, "", name)
    sub(/.*[ *]/, "", name)
    if (name !~ /^[a-z_0-9]+$/)
        next
    key = room "/" name
    if (key in file && file[key] != FILENAME)
        print FILENAME ":" FNR ": " name " is in " file[key] ", too"
    file[key] = FILENAME
}
