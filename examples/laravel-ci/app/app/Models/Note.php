<?php

namespace App\Models;

use Illuminate\Database\Eloquent\Model;

class Note extends Model
{
    public const LONGEST = 140;

    protected $fillable = ['text'];

    /** The text in so many characters at most, cut between words where there are several. */
    public function short(int $length): string
    {
        if (mb_strlen($this->text) <= $length) {
            return $this->text;
        }
        $cut = mb_substr($this->text, 0, $length - 1);
        $space = mb_strrpos($cut, ' ');

        return ($space === false ? $cut : mb_substr($cut, 0, $space)) . '…';
    }
}
