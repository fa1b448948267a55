-- An endless loop in on_client.
-- when: live
-- join: yes
-- expect-log: stopped after

function on_client()
  while true do end
end

function process() end
