# Functions of C files as clang-format lays them out: from the line of the name to the closing brace in column 0.
# Prints "LINES FILE:LINE NAME" for each.
FNR == 1 { start = 0; open = 0 }
/^[a-z_].*\(/ && !/;[[:space:]]*$/ && !/^(typedef|struct [a-z_]* \{|enum|union|return|static_assert|_Static_assert)/ {
    if (!open) {
        start = FNR
        name = $0
        sub(/\(.*/, "", name)
        sub(/.*[ *]/, "", name)
    }
}
/;[[:space:]]*$/ && !open { start = 0 }
/^\{/ { if (start) open = 1 }
/^\}/ {
    if (open && start)
        print FNR - start + 1, FILENAME ":" start, name
    open = start = 0
}
