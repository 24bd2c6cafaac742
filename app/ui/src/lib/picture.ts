// A drawing as a PNG: its canvas or its SVG on the page's background, with the title above.

const TITLE_HEIGHT = 44;
const SCALE = 2;

export async function pictureOf(element: HTMLElement, title: string, name: string): Promise<void> {
  const source = element.querySelector<HTMLCanvasElement | SVGSVGElement>("canvas, svg");
  if (!source) return;
  const box = source.getBoundingClientRect();
  const canvas = document.createElement("canvas");
  canvas.width = box.width * SCALE;
  canvas.height = (box.height + TITLE_HEIGHT) * SCALE;
  const pen = canvas.getContext("2d")!;
  const style = getComputedStyle(document.body);
  pen.scale(SCALE, SCALE);
  pen.fillStyle = style.backgroundColor;
  pen.fillRect(0, 0, box.width, box.height + TITLE_HEIGHT);
  pen.fillStyle = style.color;
  pen.font = `600 15px ${style.fontFamily}`;
  pen.fillText(title, 8, 26, box.width - 16);
  const drawn = source instanceof SVGSVGElement ? await imageOf(source) : source;
  pen.drawImage(drawn, 0, TITLE_HEIGHT, box.width, box.height);
  canvas.toBlob((blob) => blob && offer(blob, name), "image/png");
}

function offer(blob: Blob, name: string): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  URL.revokeObjectURL(link.href);
}

const KEPT = ["fill", "stroke", "stroke-width", "stroke-dasharray", "font-size", "font-family", "font-weight", "text-anchor", "opacity"];

async function imageOf(svg: SVGSVGElement): Promise<HTMLImageElement> {
  const copy = svg.cloneNode(true) as SVGSVGElement;
  const box = svg.getBoundingClientRect();
  copy.setAttribute("width", String(box.width));
  copy.setAttribute("height", String(box.height));
  const originals = [...svg.querySelectorAll("*")];
  [...copy.querySelectorAll("*")].forEach((part, position) => {
    const style = getComputedStyle(originals[position]!);
    for (const property of KEPT) part.setAttribute(property, style.getPropertyValue(property));
  });
  const image = new Image();
  image.src = `data:image/svg+xml;utf8,${encodeURIComponent(new XMLSerializer().serializeToString(copy))}`;
  await image.decode();
  return image;
}
