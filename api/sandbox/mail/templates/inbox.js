const list = document.getElementById("list");
setInterval(async () => {
  if (document.hidden) return;
  const answer = await fetch(location.href).catch(() => null);
  if (!answer || !answer.ok) return;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const fresh = page.getElementById("list");
  if (fresh.innerHTML === list.innerHTML) return;
  const top = list.scrollTop;
  list.innerHTML = fresh.innerHTML;
  list.scrollTop = top;
  document.getElementById("empty").disabled = page.getElementById("empty").disabled;
}, 2000);
document.getElementById("empty").addEventListener("click", async () => {
  if (!confirm("Forget every mail in the sink?")) return;
  await fetch("/api/messages", { method: "DELETE" });
  location.href = "/";
});
document.getElementById("reply")?.addEventListener("submit", async (event) => {
  event.preventDefault();
  const form = event.target;
  const body = JSON.stringify({ text: form.text.value });
  const answer = await fetch(form.dataset.url, { method: "POST", body, headers: { "Content-Type": "application/json" } });
  const said = await answer.json();
  form.querySelector("output").value = answer.ok && said.status < 300 ? "Sent." : `Not taken: ${said.detail || said.status}`;
  if (answer.ok && said.status < 300) form.reset();
});
