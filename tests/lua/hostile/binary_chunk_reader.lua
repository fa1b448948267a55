-- load of a binary chunk in pieces, with the mode "b".
-- when: live
-- expect-log: binary chunk

local calls, fresh = 0, false

function init(state)
  fresh, state.tried = not state.tried, true
end

function process(frame)
  calls = calls + 1
  if fresh and calls == 3 then
    local parts = { "\27", "Lua" }
    assert(load(function() return table.remove(parts, 1) end, "x", "b"))
  end
end
