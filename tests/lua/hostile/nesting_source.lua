-- Parentheses nested 100,000 deep in a text for load.
-- when: trial
-- expect-log: C stack overflow|C levels|overflow

assert(load("return " .. ("("):rep(100000)))

function process() end
