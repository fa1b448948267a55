-- Kernels made without end.
-- when: live
-- expect-log: stopped after|not enough memory|process.lua:

local calls, fresh = 0, false

function init(state)
  fresh, state.tried = not state.tried, true
end

function process(frame)
  calls = calls + 1
  if fresh and calls == 3 then
    local i = 0
    while true do
      i = i + 1
      local n = i
      frame:apply(kernel(function(p) return p.r + n, p.g, p.b end))
    end
  end
end
