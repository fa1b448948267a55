-- A state of 2 MiB.
-- when: live
-- expect-log: state is longer than 1 MiB

function process(frame, state)
  state.text = ("x"):rep(2 << 20)
end
