import type { Html } from '../../main/documents/html.ts';
import { html } from '../../main/documents/html.ts';
import { letterhead } from '../../main/documents/page.ts';
import { paragraphs, table } from './document.ts';

/** Paper 2: draft resolution of the People's Council, three pages. */
export function resolution(): Html {
  const council = { name: 'Hội đồng nhân dân xã Mường Thử', symbol: 'HĐND' };
  return html`${letterhead(council, {
      left: html`<p class="number">Số: …/NQ-HĐND</p>
        <p class="number"><strong>DỰ THẢO</strong></p>`,
      right: html`<p class="place-date">Mường Thử, ngày … tháng 12 năm 2026</p>`,
    })}
    <div class="title">
      <h1>NGHỊ QUYẾT</h1>
      <p>Về dự toán thu, chi và phân bổ ngân sách xã Mường Thử năm 2027</p>
    </div>
    <p class="centre">
      <strong>HỘI ĐỒNG NHÂN DÂN XÃ MƯỜNG THỬ<br />KHÓA II, KỲ HỌP THỨ TƯ</strong>
    </p>
    ${['Căn cứ Luật Tổ chức chính quyền địa phương;', 'Căn cứ Luật Ngân sách nhà nước;', 'Xét Tờ trình của Ủy ban nhân dân xã về dự toán thu, chi và phân bổ ngân sách xã năm 2027; báo cáo thẩm tra của Ban Kinh tế - Ngân sách; ý kiến thảo luận của các đại biểu tại kỳ họp,'].map((text) => html`<p><em>${text}</em></p>`)}
    <p class="centre"><strong>QUYẾT NGHỊ:</strong></p>
    <p><strong>Điều 1.</strong> Phê chuẩn dự toán thu, chi ngân sách xã Mường Thử năm 2027 như sau:</p>
    ${paragraphs('1. Tổng thu ngân sách nhà nước trên địa bàn: 5.120 triệu đồng, trong đó ngân sách xã được hưởng 4.690 triệu đồng.', '2. Tổng thu ngân sách xã: 51.340 triệu đồng, gồm thu xã hưởng 4.690 triệu đồng, bổ sung cân đối từ ngân sách tỉnh 40.850 triệu đồng, bổ sung có mục tiêu 5.800 triệu đồng.', '3. Tổng chi ngân sách xã: 51.340 triệu đồng.')}
    ${table(
      'Phân bổ chi ngân sách xã năm 2027',
      'triệu đồng',
      ['Nội dung chi', 'Dự toán 2026', 'Dự toán 2027', 'So sánh (%)'],
      [
        ['Chi đầu tư phát triển', 16900, 17800, 105.33],
        ['Chi sự nghiệp giáo dục', 9840, 10360, 105.28],
        ['Chi sự nghiệp y tế, dân số', 1920, 2050, 106.77],
        ['Chi văn hóa, thể thao, truyền thanh', 780, 860, 110.26],
        ['Chi bảo đảm xã hội', 3260, 3480, 106.75],
        ['Chi sự nghiệp kinh tế, môi trường', 4130, 4390, 106.3],
        ['Chi quản lý hành chính, Đảng, đoàn thể', 9470, 9650, 101.9],
        ['Chi quốc phòng, an ninh', 1380, 1450, 105.07],
        ['Chi chuyển đổi số', 210, 300, 142.86],
        ['Dự phòng ngân sách', 930, 1000, 107.53],
        ['Tổng chi', 48820, 51340, 105.16],
      ],
    )}
    <p><strong>Điều 2.</strong> Nguyên tắc phân bổ và điều hành ngân sách</p>
    ${paragraphs('1. Ưu tiên bố trí vốn cho công trình chuyển tiếp, công trình phục vụ trực tiếp đời sống của các bản đặc biệt khó khăn; không khởi công mới công trình chưa hoàn thành thủ tục đầu tư và giải phóng mặt bằng.', '2. Tiết kiệm tối thiểu 10 % chi thường xuyên tăng thêm để tạo nguồn cải cách tiền lương; giảm chi hội nghị, in ấn tài liệu nhờ họp không giấy tờ.', '3. Dự phòng ngân sách chỉ sử dụng cho phòng, chống, khắc phục hậu quả thiên tai, dịch bệnh và nhiệm vụ cấp thiết phát sinh ngoài dự toán.', '4. Công khai dự toán, quyết toán theo quy định; niêm yết tại trụ sở và nhà văn hóa 21 bản.')}
    <p><strong>Điều 3.</strong> Giải pháp thực hiện</p>
    ${paragraphs('1. Rà soát, ký lại hợp đồng thuê đất công ích, quản lý chặt chẽ các khoản phí, lệ phí; phấn đấu tăng thu tối thiểu 5 % so với dự toán.', '2. Phân công lãnh đạo Ủy ban nhân dân xã phụ trách từng công trình; định kỳ hằng tháng báo cáo Thường trực Hội đồng nhân dân xã kết quả giải ngân.', '3. Tăng cường kiểm tra việc chấp hành kỷ luật tài chính - ngân sách; xử lý trách nhiệm người đứng đầu để xảy ra vi phạm.')}
    <p><strong>Điều 4.</strong> Tổ chức thực hiện</p>
    ${paragraphs('1. Giao Ủy ban nhân dân xã tổ chức thực hiện Nghị quyết.', '2. Thường trực Hội đồng nhân dân, các Ban của Hội đồng nhân dân và đại biểu Hội đồng nhân dân xã giám sát việc thực hiện.')}
    <div class="keep">
      ${paragraphs('Nghị quyết này được Hội đồng nhân dân xã Mường Thử khóa II, kỳ họp thứ tư thông qua ngày … tháng 12 năm 2026 và có hiệu lực kể từ ngày thông qua./.')}
      <div class="signer">
        <p>CHỦ TỊCH</p>
        <p class="space"></p>
        <p>…………………………</p>
      </div>
    </div>`;
}
