package dev.swath.fianet.inspect;

import dev.swath.fianet.ReferringSegmenter.Tokens;
import dev.swath.fianet.inspect.WordPiece.Kind;
import dev.swath.fianet.text.ParsedExpression;
import dev.swath.tokenizer.Piece;
import dev.swath.tokenizer.Vocabulary;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The pieces of a sentence with what is known of each. */
final class Words {
    private Words() {}

    static List<WordPiece> of(Tokens tokens, @Nullable ParsedExpression parsed) {
        List<WordPiece> out = new ArrayList<>();
        // Without a phrase the position branch sees the whole sentence; then no word says where the object is.
        boolean located = parsed == null || !parsed.phrases().isEmpty();
        for (int i = 0; i < tokens.ids().length; i++) {
            boolean read = tokens.context()[i] == 1;
            Kind kind = read ? kind(i, parsed) : Kind.PADDING;
            Piece piece = kind == Kind.WORD && parsed != null
                    ? parsed.encoding().pieces().get(i - 1)
                    : null;
            out.add(new WordPiece(
                    i,
                    piece != null ? piece.text() : text(kind, tokens.ids()[i]),
                    tokens.ids()[i],
                    kind,
                    read && tokens.object()[i] == 1,
                    located && read && tokens.position()[i] == 1,
                    piece != null ? piece.start() : -1,
                    piece != null ? piece.end() : -1));
        }
        return List.copyOf(out);
    }

    /** [CLS], the pieces, and [SEP] unless the sentence was cut off before it. */
    private static Kind kind(int position, @Nullable ParsedExpression parsed) {
        if (parsed == null) {
            return Kind.WORD;
        }
        int pieces = parsed.encoding().pieces().size();
        return position == 0 ? Kind.CLS : position <= pieces ? Kind.WORD : Kind.SEP;
    }

    private static String text(Kind kind, long id) {
        return switch (kind) {
            case CLS -> Vocabulary.CLS;
            case SEP -> Vocabulary.SEP;
            case PADDING -> Vocabulary.PAD;
            case WORD -> "#" + id;
        };
    }
}
