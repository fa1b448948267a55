-- A pattern that takes longer than the universe lasts.
-- when: live
-- expect-log: stopped after
-- off: no
-- engine: no

local calls, fresh = 0, false

function init(state)
  fresh, state.tried = not state.tried, true
end

function process(frame)
  calls = calls + 1
  if fresh and calls == 3 then
    ("a"):rep(40):find(("a*"):rep(40) .. "b")
  end
end
