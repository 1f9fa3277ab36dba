// A readout strip alone, for a page that puts a chart of its own between the maps and the readout.
export default function (component) {
  return mount(component, (screen, { cells }) => screen.root.replaceChildren(drawReadout(cells, cells.length === 4 ? "read wide four" : "read wide")));
}
