-- A payload of ten million entries.
-- when: live
-- expect-log: not enough memory|stopped after|longer than 1 MiB

local calls, fresh = 0, false

function init(state)
  fresh, state.tried = not state.tried, true
end

function process(frame)
  calls = calls + 1
  if fresh and calls == 3 then
    local t = {}
    for i = 1, 10000000 do t[i] = i end
    return t
  end
end
