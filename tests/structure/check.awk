# See check.sh. Input, in this order: arrows, includes, symbols, lengths.

function room_of(file)
{
    return file == "main.c" ? "main" : (file ~ /\// ? substr(file, 1, match(file, /\/[^\/]*$/) - 1) : "")
}

function node_of(file)
{
    sub(/\.[ch]$/, "", file)
    return file
}

function problem(text)
{
    print text
    problems++
}

# Whether `from` may use `to`; a layer's name in the table stands for all of its rooms.
function may_use(from, to, layer)
{
    layer = to
    sub(/\/.*/, "", layer)
    return from == to || ((from, to) in allowed) || ((from, layer) in allowed)
}

function is_owner(library, room, layer)
{
    layer = room
    sub(/\/.*/, "", layer)
    return ((library, room) in owners) || ((library, layer) in owners)
}

function add_arrow(from, to, why)
{
    if (from == to || ((from, to) in arrow))
        return
    arrow[from, to] = why
    nodes[from] = nodes[to] = 1
}

function check_arrow(file, to, why, from)
{
    from = room_of(file)
    if ((from, room_of(to)) in owed)
        debts[from, room_of(to)] = 1
    else if (!may_use(from, room_of(to)))
        problem(why ": " from " may not use " room_of(to))
    add_arrow(node_of(file), node_of(to), why)
}

function check_library(file, what, text, why, i)
{
    for (i = 1; i <= libraries; i++)
        if (text ~ (what == "header" ? headers[i] : symbols[i]) && !is_owner(i, room_of(file)))
            problem(why ": only" owner_list[i] " may use " library_name[i])
}

FNR == 1 { part++ }

# ---- arrows ----

part == 1 && /^room / {
    sub(/^room /, "")
    name = $0
    sub(/:.*/, "", name)
    rest = $0
    sub(/^[^:]*:/, "", rest)
    rooms[name] = 1
    count = split(rest, words, " ")
    for (i = 1; i <= count; i++)
        allowed[name, words[i]] = 1
}

part == 1 && /^owed / {
    sub(/^owed /, "")
    name = $0
    sub(/:.*/, "", name)
    rest = $0
    sub(/^[^:]*:/, "", rest)
    count = split(rest, words, " ")
    for (i = 1; i <= count; i++)
        owed[name, words[i]] = 1
}

part == 1 && /^library / {
    sub(/^library /, "")
    libraries++
    library_name[libraries] = substr($0, 1, index($0, ":") - 1)
    split(substr($0, index($0, ":") + 1), fields, ";")
    headers[libraries] = fields[1]
    symbols[libraries] = fields[2]
    gsub(/ /, "", headers[libraries])
    gsub(/ /, "", symbols[libraries])
    owner_list[libraries] = fields[3]
    count = split(fields[3], words, " ")
    for (i = 1; i <= count; i++)
        owners[libraries, words[i]] = 1
}

# ---- includes: FILE LINE HEADER ----

part == 2 {
    where = "src/" $1 ":" $2 ": includes " $3
    room = room_of($1)
    seen_room[room] = 1
    layer = $3
    sub(/\/.*/, "", layer)
    if (layer ~ /^(base|media|script|stream|http|app)$/) {
        check_arrow($1, $3, where)
        if ($3 ~ /(_private|\/internal)\.h$/ && room_of($3) != room)
            problem(where ": a private header of another room")
    } else
        check_library($1, "header", $3, where)
}

# ---- symbols: FILE LETTER SYMBOL ----

part == 3 && $2 ~ /^[TDBRCVW]$/ {
    if ($3 in definer && definer[$3] != $1 && $2 !~ /[VW]/)
        problem("src/" $1 ": defines " $3 " as src/" definer[$3] " does")
    definer[$3] = $1
}

part == 3 && $2 == "U" {
    uses++
    use_file[uses] = $1
    use_symbol[uses] = $3
}

# ---- lengths: FILE LINES ----

part == 4 {
    if ($2 > 400)
        problem("src/" $1 ": " $2 " lines; a file has at most 400")
    seen_room[room_of($1)] = 1
}

# Fill reached[] with all nodes that `start` leads to.
function follow(start, queue, head, tail, count, i, next_nodes)
{
    delete reached
    queue[tail = 1] = start
    for (head = 1; head <= tail; head++) {
        count = split(following[queue[head]], next_nodes, " ")
        for (i = 1; i <= count; i++)
            if (!(next_nodes[i] in reached)) {
                reached[next_nodes[i]] = 1
                queue[++tail] = next_nodes[i]
            }
    }
}

# Whether all files of a circle are known to stand in one.
function is_owed_circle(files, list, count, i)
{
    count = split(files, list, " ")
    for (i = 1; i <= count; i++)
        if (!(("circle", list[i]) in owed))
            return 0
    return 1
}

# Two nodes are in the same circle when each leads to the other.
function find_circles(node, other, pair, ends, first, text)
{
    for (pair in arrow) {
        split(pair, ends, SUBSEP)
        following[ends[1]] = following[ends[1]] " " ends[2]
    }
    for (node in nodes) {
        follow(node)
        for (other in reached)
            leads[node, other] = 1
    }
    for (node in nodes) {
        if (!((node, node) in leads))
            continue
        in_circle[node] = 1
        first = node
        for (other in nodes)
            if (other < first && ((node, other) in leads) && ((other, node) in leads))
                first = other
        circle[first] = circle[first] " " node
    }
    for (first in circle) {
        circles++
        if (is_owed_circle(circle[first])) {
            owed_circles++
            continue
        }
        text = "a circle between files:" circle[first]
        for (pair in arrow) {
            split(pair, ends, SUBSEP)
            if (index(circle[first] " ", " " ends[1] " ") && index(circle[first] " ", " " ends[2] " "))
                text = text "\n    " arrow[pair]
        }
        problem(text)
    }
}

END {
    for (i = 1; i <= uses; i++) {
        where = "src/" use_file[i] ": uses " use_symbol[i]
        if (use_symbol[i] in definer)
            check_arrow(use_file[i], definer[use_symbol[i]], where)
        else
            check_library(use_file[i], "symbol", use_symbol[i], where)
    }
    for (room in seen_room)
        if (room != "" && !(room in rooms))
            problem("src/" room ": no such room in the table of arrows")
    for (room in rooms)
        if (!(room in seen_room))
            problem("the table of arrows has a room " room " that src/ does not have")
    for (pair in arrow)
        total++
    find_circles()
    for (pair in debts)
        owed_arrows++
    for (pair in owed) {
        split(pair, ends, SUBSEP)
        if (ends[1] == "circle" ? !(ends[2] in in_circle) : !(pair in debts))
            problem("the table of arrows owes what is no longer there: " ends[1] ": " ends[2])
    }
    printf "%d rooms, %d files, %d arrows between files, %d circles (%d of them known), %d known arrows upwards, %d problems\n",
           length(rooms), length(nodes), total, circles, owed_circles, owed_arrows, problems
    exit problems > 0
}
