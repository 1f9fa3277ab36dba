// A sentence alone, for a page that puts its own controls between the sentence and the maps.
export default function (component) {
  return mount(component, (screen, { parts }) => screen.root.replaceChildren(drawSentence(parts) ?? ""));
}
