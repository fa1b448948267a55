-- A table that grows without end, each failure caught.
-- when: live
-- expect-log: stopped after|not enough memory

local calls, fresh = 0, false

function init(state)
  fresh, state.tried = not state.tried, true
end

function process(frame)
  calls = calls + 1
  if fresh and calls == 3 then
    local t = {}
    while true do pcall(function() t[#t + 1] = ("x"):rep(10000) .. #t end) end
  end
end
