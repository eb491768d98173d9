
(() => {
  const bar = document.querySelector(".filters");
  const table = document.querySelector(".reports");
  if (!bar || !table) return;
  const rows = [...table.tBodies];
  const search = bar.querySelector("input[type=search]");
  const order = bar.querySelector("select");
  const told = bar.querySelector("output");
  const words = row => row.rows[0].textContent.toLowerCase();
  const number = text => text === "" ? Infinity : Number(text);
  const keys = {
    grave: row => [number(row.dataset.rank), row.dataset.name],
    name: row => [0, row.dataset.name],
    margin: row => [number(row.dataset.margin), row.dataset.name],
    age: row => [-number(row.dataset.age), row.dataset.name]
  };
  const filter = () => {
    const colours = new Set([...bar.querySelectorAll("input:checked")].map(box => box.value));
    const text = search.value.trim().toLowerCase();
    for (const row of rows) row.hidden = !colours.has(row.dataset.colour) || !words(row).includes(text);
    told.textContent = rows.filter(row => !row.hidden).length + " of " + rows.length;
  };
  const sort = () => {
    const key = keys[order.value];
    const compare = (a, b) => a[0] === b[0] ? a[1].localeCompare(b[1]) : a[0] - b[0];
    rows.sort((a, b) => compare(key(a), key(b)));
    table.append(...rows);
  };
  bar.addEventListener("input", filter);
  order.addEventListener("change", sort);
  for (const choice of table.querySelectorAll(".trends select")) {
    choice.hidden = choice.options.length === 1;
    choice.addEventListener("change", () => {
      const trends = choice.parentElement.querySelectorAll(".one");
      trends.forEach((trend, at) => { trend.hidden = at !== choice.selectedIndex; });
    });
  }
  bar.hidden = false;
  filter();
})();
