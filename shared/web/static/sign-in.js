// A sign-in link carries its token after `#`: it goes into the form, out of the address bar, and is sent as a form.

const form = document.getElementById("sign-in");
const token = decodeURIComponent(location.hash.slice(1));

if (token) {
  history.replaceState(null, "", location.pathname);
  form.elements.token.value = token;
  form.requestSubmit();
} else {
  // A strict cookie is not sent with a link from elsewhere: whoever is signed in already goes straight on.
  const answer = await fetch("/session", { cache: "no-store" });
  if (answer.status === 204) location.replace("/");
}

addEventListener("hashchange", () => location.reload());
