-- A frame, a function and a coroutine in the state.
-- when: reload
-- expect-log: not handed over to the new version

function process(frame, state)
  state.frame, state.print, state.co = frame, print, coroutine.create(print)
end
