# Comments that begin without a subject ("What is…", "Who leaves…", "Of a head…"). Prints "FILE:LINE TEXT".
match($0, /\/\*+[[:space:]]*(What|Who|Whose|Whom|Of|Whoever|Whatever|Those|Which|That)[[:space:]]/) {
    print FILENAME ":" FNR, substr($0, RSTART)
}
