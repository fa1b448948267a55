-- Functions with names of 200,000 letters, in a traceback.
-- when: live
-- expect-log: deep

local calls, fresh = 0, false

function init(state)
  fresh, state.tried = not state.tried, true
end

function process(frame)
  calls = calls + 1
  if fresh and calls == 3 then
    local name = ("x"):rep(200000)
    local t = {}
    local text = "local t = ... function t.%s(n) if n == 0 then error('deep') end t.%s(n - 1) return 1 end"
    load((text:gsub("%%s", name)))(t)
    t[name](15)
  end
end
