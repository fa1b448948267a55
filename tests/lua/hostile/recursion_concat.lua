-- Recursion in __concat, which Lua 5.4.4 uses freed memory on.
-- when: live
-- expect-log: C stack overflow|stack overflow|was ended by|has ended
-- off: no
-- engine: no

local calls, fresh = 0, false

function init(state)
  fresh, state.tried = not state.tried, true
end

function process(frame)
  calls = calls + 1
  if fresh and calls == 3 then
    local mt = {}
    local t = setmetatable({}, mt)
    mt.__concat = function(a, b) return a .. b .. t end
    local _ = t .. "x"
  end
end
