// Makes one element like another and keeps what did not change: focus, an opened <details>, what a reader has read.
// Children with an id are matched by it, the others by their place.

export function morph(from, to) {
  if (from.isEqualNode(to)) return;
  attributes(from, to);
  const byId = new Map([...from.children].filter((child) => child.id).map((child) => [child.id, child]));
  let at = from.firstChild;
  for (const wanted of [...to.childNodes]) {
    const found = wanted.id ? byId.get(wanted.id) : alike(at, wanted) ? at : null;
    if (found) {
      if (found === at) at = at.nextSibling;
      else from.insertBefore(found, at);
      if (found.nodeType === Node.ELEMENT_NODE) morph(found, wanted);
      else if (found.data !== wanted.data) found.data = wanted.data;
    } else {
      from.insertBefore(document.importNode(wanted, true), at);
    }
  }
  while (at) {
    const next = at.nextSibling;
    at.remove();
    at = next;
  }
}

function alike(one, other) {
  return one && !one.id && one.nodeType === other.nodeType && one.nodeName === other.nodeName;
}

function attributes(from, to) {
  for (const { name } of [...from.attributes]) {
    if (!to.hasAttribute(name) && !(name === "open" && from.localName === "details")) from.removeAttribute(name);
  }
  for (const { name, value } of to.attributes) {
    if (from.getAttribute(name) !== value) from.setAttribute(name, value);
  }
}
