-- A payload that is no UTF-8.
-- when: live
-- expect-payload: "���"

function process()
  return { text = "\xff\xfe\x80" }
end
