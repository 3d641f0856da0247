import type { Html } from '../../main/documents/html.ts';
import { html } from '../../main/documents/html.ts';
import { paragraphs, table } from './document.ts';

/** Paper 4: what a village sends on paper. Each element is one page, to be scanned. */
export function petitionPages(): readonly Html[] {
  const scribble = (d: string): Html => ({
    html: `<svg viewBox="0 0 200 80" width="200" height="80"><path d="${d}" fill="none" stroke="#26314f" stroke-width="2.2" stroke-linecap="round"/></svg>`,
  });
  return [
    html`<p class="centre">
        <strong>CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM</strong><br /><strong>Độc lập - Tự do - Hạnh phúc</strong>
      </p>
      <div class="title">
        <h1>ĐƠN KIẾN NGHỊ</h1>
        <p>Về việc sớm hoàn thành đường liên bản Thử Một - Thử Hai</p>
      </div>
      <p class="centre">Kính gửi: Ủy ban nhân dân xã Mường Thử</p>
      ${paragraphs('Chúng tôi là các hộ dân bản Thử Một và bản Thử Hai. Đường nối hai bản dài 2,3 km được khởi công từ tháng 3 năm 2026, đến nay mới xong phần nền 1,1 km. Mùa mưa vừa qua đường trơn lầy, học sinh phải đi vòng qua suối Huổi Thử, nông sản không có xe vào chở.', 'Ngày 14 tháng 7, nước lũ cuốn mất cầu tạm, bản Thử Hai bị chia cắt hai ngày. Một sản phụ phải khiêng bằng võng ra trung tâm xã. Bà con rất lo lắng khi mùa mưa năm sau đến mà đường chưa xong.', 'Chúng tôi được biết công trình chậm do còn vướng mặt bằng của ba hộ. Ban quản lý hai bản đã họp ngày 02 tháng 11, các hộ đồng ý hiến phần đất theo cọc mốc, chỉ đề nghị được hỗ trợ di chuyển bờ rào, cây lâu năm và một chuồng trâu.')}`,
    html`${paragraphs('Vì vậy, chúng tôi kiến nghị Ủy ban nhân dân xã:', '1. Cử cán bộ đo đạc, lập biên bản kiểm đếm với ba hộ trước ngày 30 tháng 11 năm 2026.', '2. Yêu cầu đơn vị thi công bố trí đủ máy, làm xong nền đường và cống qua suối trước Tết.', '3. Đặt biển báo, rào chắn tại đoạn đang đào để bảo đảm an toàn cho học sinh.', '4. Công khai tiến độ và kinh phí tại nhà văn hóa hai bản hằng tháng.', 'Bà con hai bản cam kết đóng góp 420 ngày công phát quang, vận chuyển vật liệu và giám sát cộng đồng công trình. Kính mong Ủy ban nhân dân xã xem xét, giải quyết. Chúng tôi xin chân thành cảm ơn.')}
      <p class="centre"><em>Bản Thử Một, ngày 05 tháng 11 năm 2026</em></p>
      <table class="signs">
        <tr>
          <td><strong>TRƯỞNG BẢN THỬ MỘT</strong></td>
          <td><strong>TRƯỞNG BẢN THỬ HAI</strong></td>
        </tr>
        <tr>
          <td>${scribble('M10 50 C30 5 45 5 40 45 S60 70 75 30 S95 20 100 50 S130 60 150 25 L190 40')}</td>
          <td>${scribble('M15 60 C20 10 60 0 50 40 C40 80 90 60 95 30 C100 5 120 40 110 60 C130 20 160 20 185 55')}</td>
        </tr>
        <tr>
          <td>Đinh Thị Mô Phỏng</td>
          <td>Lường Văn Thí Dụ</td>
        </tr>
      </table>`,
    html`${table('DANH SÁCH HỘ KÝ TÊN (bản Thử Một)', '', ['TT', 'Chủ hộ', 'Số khẩu', 'Ngày công', 'Ký tên'], signers(1, 24))}`,
    html`${table('DANH SÁCH HỘ KÝ TÊN (bản Thử Hai)', '', ['TT', 'Chủ hộ', 'Số khẩu', 'Ngày công', 'Ký tên'], signers(25, 24))}`,
    html`<div class="title">
        <h1>SƠ ĐỒ ĐOẠN ĐƯỜNG ĐỀ NGHỊ</h1>
        <p class="plain">(bà con tự vẽ, không theo tỷ lệ)</p>
      </div>
      ${{ html: SKETCH }}${paragraphs('Ghi chú: A, B, C là ba hộ còn vướng mặt bằng; dấu gạch chéo là đoạn đã làm nền; hình vuông là cống qua suối đề nghị làm trước.')}`,
  ];
}

const SURNAMES = ['Lò', 'Cầm', 'Quàng', 'Hà', 'Vì', 'Lường', 'Tòng', 'Đinh'];
const GIVEN = ['Thử', 'Mẫu', 'Ví', 'Phỏng', 'Họa', 'Dụ', 'Phác', 'Nháp', 'Giả', 'Tượng', 'Trưng'];

function signers(from: number, count: number): (readonly (string | number)[])[] {
  return Array.from({ length: count }, (_, index) => {
    const at = from + index;
    const name = `${SURNAMES[at % SURNAMES.length]} ${at % 3 === 0 ? 'Thị' : 'Văn'} ${GIVEN[(at * 5) % GIVEN.length]}`;
    return [String(at), name, 3 + ((at * 7) % 5), 5 + ((at * 3) % 9), at % 4 === 1 ? 'điểm chỉ' : '~~~'];
  });
}

const SKETCH = `<svg viewBox="0 0 600 640" width="600" height="640" fill="none" stroke="#222" stroke-width="3">
<path d="M60 590 C120 520 90 430 180 400 S300 380 320 300 S420 200 400 130 S470 60 540 50" stroke-width="9" stroke="#777"/>
<path d="M60 590 C120 520 90 430 180 400 S300 380 320 300" stroke-dasharray="4 9" stroke-width="16" stroke="#444"/>
<path d="M20 250 C140 300 220 260 330 310 S520 330 590 280"/><path d="M20 262 C140 312 220 272 330 322 S520 342 590 292"/>
<rect x="306" y="296" width="30" height="30" fill="#fff"/>
<g font-size="24" fill="#222" stroke="none" font-family="Tinos"><text x="20" y="630">Bản Thử Một</text><text x="440" y="34">Bản Thử Hai</text><text x="30" y="235">suối Huổi Thử</text><text x="350" y="226">A</text><text x="420" y="180">B</text><text x="350" y="120">C</text></g>
<path d="M345 200h30v34h-30zM412 152h32v36h-32zM342 92h34v36h-34z"/></svg>`;

/** The page as a scanner saw it: slightly turned, uneven light, grain. The seed differs from page to page. */
export function asScanned(index: number): string {
  const angle = [0.7, -0.5, 0.9, -1.1, 0.4][index % 5] ?? 0;
  return `
@media screen {
  html { background: #c9c9c6; overflow: hidden; }
  body { margin: 0; box-shadow: none; width: 1240px; height: 1754px; min-height: 0; padding: 0; background: linear-gradient(${100 + index * 9}deg, #f4f3ee, #fbfaf6 40%, #e9e7e0); filter: grayscale(1) contrast(1.05); }
  main { transform: rotate(${angle}deg) translate(${index * 3 - 6}px, ${5 - index * 2}px); zoom: 1.5625; padding: 20mm 20mm 20mm 30mm; }
  .grain { position: fixed; inset: -60px; width: 1400px; height: 1900px; opacity: 0.2; mix-blend-mode: multiply; }
  .signs { width: 100%; text-align: center; }
}`;
}

/** The grain of a scanner's sensor; laid over everything. */
export function grain(index: number): Html {
  return {
    html: `<svg class="grain"><filter id="n" x="0" y="0" width="100%" height="100%"><feTurbulence type="fractalNoise" baseFrequency="0.62" numOctaves="2" seed="${index + 3}"/><feColorMatrix type="matrix" values="0 0 0 0 0  0 0 0 0 0  0 0 0 0 0  1.8 0 0 0 -0.55"/></filter><rect width="100%" height="100%" filter="url(#n)"/></svg>`,
  };
}
