/// Offers times in the guest's own zone: `<select name="zone" data-own-zone>` of a form that asks by GET.
///
/// A zone that was chosen, and so stands in the address, is left alone.
export function startOwnZone(): void {
  const select = document.querySelector<HTMLSelectElement>("select[data-own-zone]");
  if (!select) return;
  select.addEventListener("change", () => select.form?.requestSubmit());
  const address = new URL(location.href);
  const own = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const isOffered = [...select.options].some((option) => option.value === own);
  if (address.searchParams.has("zone") || select.value === own || !isOffered) return;
  address.searchParams.set("zone", own);
  location.replace(address);
}
