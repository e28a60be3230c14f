/** What the graphics card does with each point. */

export const VERTEX = `
precision highp float;
precision highp int;
in vec3 position;
in vec4 look;
uniform vec4 across, down, depth, picture;
uniform float radius, opacity, dimmed, outline;
uniform float factors[12];
uniform vec3 gray;
uniform bool flat2d;
uniform sampler2D palette;
flat out vec4 color;
flat out vec3 number;
flat out float size;
flat out int symbol;

void main() {
  int mark = int(look.z + 0.5);
  int state = mark / 16;
  symbol = state == 1 ? 0 : mark % 16;
  vec4 at = vec4(position, 1.0);
  vec2 pixel = vec2(dot(across, at), dot(down, at)) - picture.zw;
  float near = clamp(dot(depth, at), 0.0, 1.0);
  float layer = state == 1 ? 0.9 : state == 3 ? -0.9 : 0.0;
  // In space the nearest is in front; in a plane layers are, and among them what comes later.
  float z = flat2d ? layer : layer * 0.5 + (0.5 - near) * 0.4;
  bool drawn = state != 0 && !isnan(position.x) && !isnan(position.y) && !isnan(position.z);
  gl_Position = drawn ? vec4(2.0 * pixel.x / picture.x - 1.0, 1.0 - 2.0 * pixel.y / picture.y, z, 1.0) : vec4(2.0, 2.0, 2.0, 1.0);
  float factor = factors[int(look.y * 12.0 / 256.0)];
  size = state == 1 ? max(0.6, 0.7 * radius) : radius * factor;
  gl_PointSize = 2.0 * ceil(size * (symbol == 0 ? 1.0 : 1.75) + outline + 1.0);
  float share = opacity * (look.w < 254.5 ? look.w / 255.0 : 1.0) * (state == 3 ? 1.0 : dimmed);
  color = state == 1 ? vec4(gray, opacity * dimmed) : vec4(texelFetch(palette, ivec2(int(look.x + 0.5), 0), 0).rgb, share);
  int id = gl_VertexID + 1;
  number = vec3(float(id & 255), float((id >> 8) & 255), float((id >> 16) & 255)) / 255.0;
}
`;

export const FRAGMENT = `
precision highp float;
precision highp int;
flat in vec4 color;
flat in vec3 number;
flat in float size;
flat in int symbol;
uniform float outline, radius;
uniform vec3 outlineColor;
out vec4 result;

float polygon(vec2 p, float corners, float reach, float start) {
  float sector = 6.2831853 / corners;
  // Corners lie at the ends of a sector, the middle of an edge between them.
  float toEdge = mod(atan(-p.y, p.x) - start, sector) - 0.5 * sector;
  return length(p) * cos(toEdge) - reach * cos(0.5 * sector);
}

float plus(vec2 p) {
  vec2 q = abs(p);
  if (q.x < q.y) q = q.yx;
  return max(q.x - 1.35, q.y - 0.42);
}

float star(vec2 p) {
  float sector = 6.2831853 / 5.0;
  float angle = mod(atan(-p.y, p.x) - 1.5707963 + 0.5 * sector, sector) - 0.5 * sector;
  vec2 q = length(p) * vec2(cos(angle), abs(sin(angle)));
  vec2 tip = vec2(1.5, 0.0);
  vec2 dent = 0.68 * vec2(cos(0.5 * sector), sin(0.5 * sector));
  vec2 along = normalize(dent - tip);
  return dot(q - tip, vec2(along.y, -along.x));
}

float hourglass(vec2 p) {
  vec2 q = abs(p);
  return max(q.y - 1.2, (q.x - 0.12 - q.y * 0.82) * 0.77);
}

float edge(vec2 p) {
  const float quarter = 1.5707963;
  switch (symbol) {
    case 1: return max(abs(p.x), abs(p.y)) - 0.884;
    case 2: return polygon(p, 3.0, 1.5, quarter);
    case 3: return (abs(p.x) + abs(p.y) - 1.32) * 0.7071;
    case 4: return polygon(p, 3.0, 1.5, -quarter);
    case 5: return plus(p);
    case 6: return star(p);
    case 7: return polygon(p, 6.0, 1.12, 0.0);
    case 8: return plus(vec2(p.x - p.y, p.x + p.y) * 0.7071);
    case 9: return abs(length(p) - 0.95) - 0.28;
    case 10: return polygon(p, 3.0, 1.5, 3.1415927);
    case 11: return polygon(p, 3.0, 1.5, 0.0);
    case 12: return polygon(p, 5.0, 1.18, quarter);
    case 13: return hourglass(p);
    default: return length(p) - 1.0;
  }
}

void main() {
  float whole = ceil(size * (symbol == 0 ? 1.0 : 1.75) + outline + 1.0);
  vec2 p = (gl_PointCoord - 0.5) * 2.0 * whole / size;
  float away = edge(p) * size;
  float cover = clamp(0.5 - away + 0.5 * outline, 0.0, 1.0);
  if (cover < 0.3) discard;
#ifdef NUMBERS
  result = vec4(number, 1.0);
#else
  float fill = outline > 0.0 ? clamp(0.5 - away - 0.5 * outline, 0.0, 1.0) : 1.0;
  result = vec4(mix(outlineColor, color.rgb, fill), color.a * cover);
#endif
}
`;
