# What the public headers say of their functions. Prints, for each declared function,
# "FILE:LINE NAME VERDICT", where the verdict is one of
#   whole    there is a comment, and it says what a function that is not void returns
#   silent   there is no comment, neither above it nor in the same line, nor above the group that it stands in
#   returns  the comment does not say "return:", nor "whether" of a bool
#   restates nearly all words of the comment stand in the signature already
# Functions that follow each other without an empty line share the comment above the first one.

function words_of(text, into, list, count, i)
{
    delete into
    text = tolower(text)
    gsub(/[^a-z]+/, " ", text)
    count = split(text, list, " ")
    for (i = 1; i <= count; i++)
        if (length(list[i]) > 2 && !(list[i] in small))
            into[substr(list[i], 1, 4)] = 1
}

function restates(comment, signature, word, all, shared)
{
    words_of(comment, said)
    words_of(signature, known)
    all = shared = 0
    for (word in said) {
        all++
        shared += word in known
    }
    return all == 0 || shared / all >= 0.8
}

function judge(signature, comment, line, name, verdict, type)
{
    name = signature
    sub(/\(.*/, "", name)
    type = name
    sub(/.*[ *]/, "", name)
    sub(/[a-z_0-9]*$/, "", type)
    gsub(/extern|^[[:space:]]+|[[:space:]]+$/, "", type)
    if (comment == "")
        verdict = "silent"
    else if (restates(comment, signature))
        verdict = "restates"
    else if (type != "void" && type !~ /noreturn/ && comment !~ /return:/ &&
             !(type ~ /bool/ && tolower(comment) ~ /whether/))
        verdict = "returns"
    else
        verdict = "whole"
    print FILENAME ":" line, name, verdict
}

BEGIN {
    count = split("the and for are its this that with from into has not all one may", list, " ")
    for (i = 1; i <= count; i++)
        small[list[i]] = 1
}

FNR == 1 { depth = inside = 0; comment = group = pending = "" }

# Comments: all of a block; one at the end of a declaration belongs to that.
inside {
    comment = comment " " $0
    if (/\*\//)
        inside = 0
    next
}
/^\/\*/ {
    comment = $0
    group = ""
    if (!/\*\//)
        inside = 1
    next
}
/^[[:space:]]*$/ { if (pending == "") comment = group = ""; next }
/^#/ { next }
/^(struct|enum|union|typedef)[^(]*\{[[:space:]]*$/ { depth = 1; next }
depth { if (/^\}/) { depth = 0; comment = "" } next }

{
    text = $0
    own = ""
    if (match(text, /\/\*.*/)) {
        own = substr(text, RSTART)
        text = substr(text, 1, RSTART - 1)
        if (own !~ /\*\//)
            inside = 1
    }
    if (pending == "" && text !~ /mr_[a-z0-9_]+\(/ && text !~ /^[a-z].*[a-z*]$/)
        next
    if (pending == "")
        first = FNR
    pending = pending " " text
    if (text ~ /[;{][[:space:]]*$/) {
        if (pending ~ /mr_[a-z0-9_]+\(/ && pending !~ /typedef|static inline|^ *extern const/)
            judge(substr(pending, 2), comment own, first)
        if (pending ~ /\{[[:space:]]*$/)
            depth = 1
        pending = ""
    }
}
