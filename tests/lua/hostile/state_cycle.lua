-- A state that contains itself.
-- when: reload
-- expect-log: contains itself

function process(frame, state)
  state.me = state
end
